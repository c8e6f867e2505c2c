import QtQuick
import Kiosk.Theme

// A sentence: never markup (names come from cards), never cut short, one and a half lines high.
Text {
    id: text

    property int em: Theme.body

    color: Theme.ink
    font.pixelSize: em
    lineHeight: Theme.lineOf(em)
    lineHeightMode: Text.FixedHeight
    textFormat: Text.PlainText
    wrapMode: Text.Wrap
}
