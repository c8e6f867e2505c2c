import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// Sums before rows: each a label and a strong number.
GridLayout {
    id: sums

    required property var sums

    columnSpacing: Theme.spaceS
    columns: Theme.elder ? 1 : Math.min(2, Math.max(1, sums.length))
    rowSpacing: Theme.spaceS
    uniformCellHeights: true
    uniformCellWidths: true

    Repeater {
        model: sums.sums

        delegate: KPanel {
            id: sum

            required property var modelData

            Layout.fillHeight: true
            Layout.fillWidth: true
            implicitHeight: column.implicitHeight + 2 * Theme.spaceM

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
                    text: sum.modelData.label
                }
                KText {
                    Accessible.name: sum.modelData.hidden ? Words.of("page.table.hidden") : text
                    Layout.fillWidth: true
                    color: sum.modelData.hidden ? Theme.muted : Theme.primaryDeep
                    em: Theme.title
                    font.bold: true
                    text: sum.modelData.words
                }
            }
        }
    }
}
