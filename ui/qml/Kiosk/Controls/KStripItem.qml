import QtQuick
import Kiosk.Theme

// One word of the status line.
Row {
    id: item

    property string iconName
    property string words
    property color ink: Theme.muted

    spacing: Theme.spaceXs
    visible: words !== ""

    KIcon {
        anchors.verticalCenter: parent.verticalCenter
        color: item.ink
        name: item.iconName
        size: Theme.caption
    }
    KText {
        color: item.ink
        em: Theme.caption
        text: item.words
        wrapMode: Text.NoWrap
    }
}
