pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// Sums before rows: each a label and a strong number. In elder mode one line each, to leave room for the rows.
Item {
    id: sheet

    required property var sums

    implicitHeight: Theme.elder ? lines.implicitHeight + 2 * Theme.spaceS : tiles.implicitHeight

    KPanel {
        anchors.fill: parent
        visible: Theme.elder
    }
    ColumnLayout {
        id: lines

        anchors.left: parent.left
        anchors.leftMargin: Theme.spaceM
        anchors.right: parent.right
        anchors.rightMargin: Theme.spaceM
        anchors.verticalCenter: parent.verticalCenter
        spacing: 0
        visible: Theme.elder

        Repeater {
            model: Theme.elder ? sheet.sums : []

            delegate: RowLayout {
                id: line

                required property var modelData

                Layout.fillWidth: true
                spacing: Theme.spaceM

                KText {
                    Layout.fillWidth: true
                    color: Theme.muted
                    text: line.modelData.label
                }
                KSumValue {
                    Layout.maximumWidth: lines.width * 0.6
                    em: Theme.button
                    sum: line.modelData
                }
            }
        }
    }
    GridLayout {
        id: tiles

        anchors.left: parent.left
        anchors.right: parent.right
        columnSpacing: Theme.spaceS
        columns: 2
        rowSpacing: Theme.spaceS
        visible: !Theme.elder

        Repeater {
            model: Theme.elder ? [] : sheet.sums

            delegate: KPanel {
                id: tile

                required property var modelData
                required property int index
                readonly property bool alone: index % 2 === 0 && index === sheet.sums.length - 1

                Layout.columnSpan: alone ? 2 : 1
                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.preferredWidth: Theme.cardWidth
                implicitHeight: column.implicitHeight + 2 * Theme.spaceS

                ColumnLayout {
                    id: column

                    anchors.left: parent.left
                    anchors.margins: Theme.spaceM
                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter
                    spacing: 0

                    KText {
                        Layout.fillWidth: true
                        color: Theme.muted
                        text: tile.modelData.label
                    }
                    KSumValue {
                        Layout.fillWidth: true
                        em: Theme.title
                        sum: tile.modelData
                    }
                }
            }
        }
    }
}
