pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// Sentences below the matter itself; `plain` ones stand in the middle at full strength.
ColumnLayout {
    id: list

    required property var remarks
    property bool plain: false

    spacing: Theme.spaceS
    visible: remarks.length > 0

    Repeater {
        model: list.remarks

        delegate: RowLayout {
            id: remark

            required property string modelData

            Layout.fillWidth: true
            spacing: Theme.spaceS

            KIcon {
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: Theme.spaceXs
                color: Theme.muted
                name: "info"
                size: Theme.iconS
                visible: !list.plain
            }
            KText {
                Layout.fillWidth: true
                color: list.plain ? Theme.ink : Theme.muted
                horizontalAlignment: list.plain ? Text.AlignHCenter : Text.AlignLeft
                text: remark.modelData
            }
        }
    }
}
