import QtQuick
import Kiosk.Theme

// The number of a sum, or stars while it is covered.
KText {
    required property var sum

    Accessible.name: sum.hidden ? Words.of("page.table.hidden") : text
    color: sum.hidden ? Theme.muted : Theme.primaryDeep
    font.bold: true
    text: sum.words
}
