pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// Labels and values, one under the other, on a sheet.
KPanel {
    id: sheet

    required property var facts

    implicitHeight: column.implicitHeight + 2 * Theme.spaceS

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.leftMargin: Theme.spaceM
        anchors.right: parent.right
        anchors.rightMargin: Theme.spaceM
        anchors.verticalCenter: parent.verticalCenter
        spacing: 0

        Repeater {
            model: sheet.facts

            delegate: ColumnLayout {
                id: fact

                required property var modelData
                required property int index

                Layout.fillWidth: true
                spacing: 0

                Rectangle {
                    Layout.fillWidth: true
                    color: Theme.line
                    implicitHeight: Theme.hair
                    visible: fact.index > 0
                }
                GridLayout {
                    Layout.bottomMargin: Theme.spaceS
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.spaceS
                    columnSpacing: Theme.spaceM
                    columns: Theme.elder ? 1 : 2
                    rowSpacing: 0

                    KText {
                        Layout.alignment: Qt.AlignTop
                        Layout.fillWidth: true
                        Layout.preferredWidth: Theme.factLabel
                        color: Theme.muted
                        text: fact.modelData.label
                    }
                    KText {
                        Layout.fillWidth: true
                        Layout.preferredWidth: Theme.factValue
                        font.bold: true
                        text: fact.modelData.value
                    }
                }
            }
        }
    }
}
