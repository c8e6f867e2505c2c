pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// Rows and columns on a sheet; amounts stand at the right, under each other.
KPanel {
    id: table

    required property var columnNames
    required property var rows
    required property var weights

    implicitHeight: column.implicitHeight + 2 * Theme.hair

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.margins: Theme.hair
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        spacing: 0

        Rectangle {
            Layout.fillWidth: true
            color: Theme.primarySoft
            implicitHeight: head.implicitHeight + 2 * Theme.spaceS
            topLeftRadius: Theme.radiusL
            topRightRadius: Theme.radiusL

            KCells {
                id: head

                anchors.left: parent.left
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                cells: table.columnNames.map((name, at) => ({
                            "words": name,
                            "right": table.rows[0]?.[at]?.right ?? false,
                            "hidden": false
                        }))
                heading: true
                weights: table.weights
            }
        }
        Repeater {
            model: table.rows

            delegate: ColumnLayout {
                id: line

                required property var modelData
                required property int index

                Layout.fillWidth: true
                spacing: 0

                Rectangle {
                    Layout.fillWidth: true
                    color: Theme.line
                    implicitHeight: Theme.hair
                    visible: line.index > 0
                }
                KCells {
                    Layout.bottomMargin: Theme.rowSpace
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.rowSpace
                    cells: line.modelData
                    weights: table.weights
                }
            }
        }
    }
}
