import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// The cells of one line of a table, all columns equally wide.
RowLayout {
    id: cells

    required property var cells
    property bool heading: false

    spacing: 0
    uniformCellSizes: true

    Repeater {
        model: cells.cells

        delegate: KText {
            required property var modelData

            Accessible.name: modelData.hidden ? Words.of("page.table.hidden") : text
            Layout.alignment: Qt.AlignVCenter
            Layout.fillWidth: true
            color: cells.heading ? Theme.primaryDeep : modelData.hidden ? Theme.muted : Theme.ink
            font.bold: cells.heading
            horizontalAlignment: modelData.right ? Text.AlignRight : Text.AlignLeft
            leftPadding: Theme.spaceS
            rightPadding: Theme.spaceS
            text: modelData.words
        }
    }
}
