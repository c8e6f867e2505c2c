import QtQuick
import Kiosk.Theme

// A social security card, life-size, drawn by us: a chip on the left, lines for a name and a number, nobody's.
Rectangle {
    id: card

    property real zoom: 1

    height: Theme.cardHeight * zoom
    radius: Theme.radiusM * zoom
    width: Theme.cardWidth * zoom

    gradient: Gradient {
        orientation: Gradient.Horizontal

        GradientStop {
            color: Theme.cardFace
            position: 0
        }
        GradientStop {
            color: Theme.cardShade
            position: 1
        }
    }

    Rectangle {
        anchors.right: parent.right
        anchors.rightMargin: parent.width * 0.07
        anchors.top: parent.top
        anchors.topMargin: parent.height * 0.12
        color: Theme.pale
        height: parent.height * 0.08
        opacity: 0.9
        radius: height / 2
        width: parent.width * 0.34
    }
    Rectangle {
        anchors.right: parent.right
        anchors.rightMargin: parent.width * 0.07
        anchors.top: parent.top
        anchors.topMargin: parent.height * 0.25
        color: Theme.pale
        height: parent.height * 0.05
        opacity: 0.55
        radius: height / 2
        width: parent.width * 0.22
    }
    KChip {
        height: Theme.chipHeight * card.zoom
        width: Theme.chipWidth * card.zoom
        x: parent.width * 0.11
        y: parent.height * 0.34
    }
    Rectangle {
        color: Theme.pale
        height: parent.height * 0.06
        opacity: 0.8
        radius: height / 2
        width: parent.width * 0.5
        x: parent.width * 0.11
        y: parent.height * 0.74
    }
    Rectangle {
        color: Theme.pale
        height: parent.height * 0.05
        opacity: 0.5
        radius: height / 2
        width: parent.width * 0.3
        x: parent.width * 0.11
        y: parent.height * 0.85
    }
}
