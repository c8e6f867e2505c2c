import QtQuick
import Kiosk.Theme

// The terminal's mark: a card in a rounded square.
Rectangle {
    id: logo

    property int size: Theme.iconM
    property color ink: Theme.primary

    color: Theme.pale
    implicitHeight: size
    implicitWidth: size
    radius: size * 0.24

    KIcon {
        anchors.centerIn: parent
        color: logo.ink
        name: "card"
        size: Math.round(logo.size * 0.7)
    }
}
