pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// Sentences one under the other on a sheet, each with the same mark.
KPanel {
    id: sheet

    required property var sentences
    required property string iconName
    required property color ink

    implicitHeight: column.implicitHeight + 2 * Theme.spaceM

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.margins: Theme.spaceM
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.spaceS

        Repeater {
            model: sheet.sentences

            delegate: RowLayout {
                id: line

                required property string modelData

                Layout.fillWidth: true
                spacing: Theme.spaceS

                KIcon {
                    Layout.alignment: Qt.AlignTop
                    Layout.topMargin: Theme.spaceXs
                    color: sheet.ink
                    name: sheet.iconName
                    size: Theme.iconS
                }
                KText {
                    Layout.fillWidth: true
                    text: line.modelData
                }
            }
        }
    }
}
