pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Theme

// The cells of one line of a table, as wide as their columns' weights.
Row {
    id: cells

    required property var cells
    required property var weights
    property bool heading: false
    readonly property real parts: weights.reduce((sum, weight) => sum + weight, 0)

    Repeater {
        model: cells.cells

        delegate: KText {
            required property var modelData
            required property int index

            Accessible.name: modelData.hidden ? Words.of("page.table.hidden") : text
            color: cells.heading ? Theme.primaryDeep : modelData.hidden ? Theme.muted : Theme.ink
            font.bold: cells.heading
            horizontalAlignment: modelData.right ? Text.AlignRight : Text.AlignLeft
            leftPadding: Theme.spaceS
            rightPadding: Theme.spaceS
            text: modelData.words
            width: cells.width * (cells.weights[index] ?? 0) / Math.max(1, cells.parts)
        }
    }
}
