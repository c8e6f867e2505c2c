pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Theme

// How the card goes in, seen from above: the chip up and first. Or it stays inside, or it comes out again.
Item {
    id: drawing

    property bool inside: false
    property bool leaving: false
    property real zoom: 1
    readonly property real cardLength: Theme.cardWidth * zoom
    readonly property real gap: Theme.spaceL * zoom
    readonly property real travel: gap + cardLength * 0.6

    implicitHeight: slot.height / 2 + gap + cardLength - (inside ? travel : leaving ? travel * 0.4 : 0)
    implicitWidth: Theme.cardHeight * zoom * 2.2

    Item {
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: slot.verticalCenter
        clip: true

        Item {
            id: card

            property real depth: drawing.inside ? drawing.travel : drawing.leaving ? drawing.travel * 0.6 : 0

            anchors.horizontalCenter: parent.horizontalCenter
            height: drawing.cardLength
            width: Theme.cardHeight * drawing.zoom
            y: drawing.gap - depth

            // turned so that the chip's edge leads
            KCardDrawing {
                anchors.centerIn: parent
                rotation: 90
                zoom: drawing.zoom
            }
            SequentialAnimation on depth {
                loops: Animation.Infinite
                running: Theme.animated && !drawing.inside && drawing.visible

                PropertyAction {
                    value: drawing.leaving ? drawing.travel : 0
                }
                PauseAnimation {
                    duration: Theme.hold
                }
                NumberAnimation {
                    duration: Theme.motion
                    easing.type: Easing.InOutQuad
                    to: drawing.leaving ? drawing.travel * 0.4 : drawing.travel
                }
                PauseAnimation {
                    duration: Theme.hold
                }
            }
        }
    }
    Rectangle {
        id: slot

        anchors.horizontalCenter: parent.horizontalCenter
        anchors.top: parent.top
        color: Theme.slot
        height: Theme.iconL
        radius: Theme.radiusM
        width: Theme.cardHeight * drawing.zoom * 1.6

        Rectangle {
            anchors.centerIn: parent
            color: Theme.slotLight
            height: Theme.spaceXs
            radius: height / 2
            width: Theme.cardHeight * drawing.zoom * 1.15
        }
    }
    Repeater {
        model: drawing.inside ? 0 : 2

        delegate: KIcon {
            required property int index

            color: Theme.primary
            name: drawing.leaving ? "down" : "up"
            size: Theme.iconL
            x: index === 0 ? 0 : drawing.width - width
            y: slot.height + drawing.gap
        }
    }
}
