pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// The rows of a table as sheets for large letters: the first column is the head, the others are labels and values.
ColumnLayout {
    id: sheets

    required property var columnNames
    required property var rows

    spacing: Theme.spaceS

    Repeater {
        model: sheets.rows

        delegate: KPanel {
            id: sheet

            required property var modelData

            Layout.fillWidth: true
            implicitHeight: lines.implicitHeight + 2 * Theme.spaceS

            ColumnLayout {
                id: lines

                anchors.left: parent.left
                anchors.leftMargin: Theme.spaceM
                anchors.right: parent.right
                anchors.rightMargin: Theme.spaceM
                anchors.verticalCenter: parent.verticalCenter
                spacing: 0

                Repeater {
                    model: sheet.modelData

                    delegate: RowLayout {
                        id: line

                        required property var modelData
                        required property int index
                        readonly property var cell: modelData

                        Layout.fillWidth: true
                        spacing: Theme.spaceM

                        KText {
                            Layout.fillWidth: true
                            Layout.preferredWidth: Theme.factLabel
                            color: Theme.muted
                            text: sheets.columnNames[line.index] ?? ""
                            visible: line.index > 0
                        }
                        KText {
                            Accessible.name: line.cell.hidden ? Words.of("page.table.hidden") : text
                            Layout.fillWidth: true
                            Layout.preferredWidth: Theme.factLabel
                            color: line.index === 0 ? Theme.primaryDeep : line.cell.hidden ? Theme.muted : Theme.ink
                            em: line.index === 0 ? Theme.button : Theme.body
                            font.bold: true
                            horizontalAlignment: line.index === 0 ? Text.AlignLeft : Text.AlignRight
                            text: line.cell.words
                        }
                    }
                }
            }
        }
    }
}
