import QtQuick
import Kiosk.Theme

// How the card goes in: seen from above, the chip up and first, into the slot. `inside` holds it there.
Item {
    id: drawing

    property bool inside: false
    property real zoom: 1
    readonly property real travel: Theme.cardWidth * zoom * 0.62

    implicitHeight: slot.height + Theme.cardWidth * zoom * 1.04
    implicitWidth: Theme.cardHeight * zoom * 1.7

    Item {
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: slot.verticalCenter
        clip: true

        Item {
            id: card

            property real depth: drawing.inside ? drawing.travel : Theme.animated ? 0 : drawing.travel * 0.35

            anchors.horizontalCenter: parent.horizontalCenter
            height: Theme.cardWidth * drawing.zoom
            width: Theme.cardHeight * drawing.zoom
            y: parent.height - height - depth

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
                    value: 0
                }
                PauseAnimation {
                    duration: Theme.hold
                }
                NumberAnimation {
                    duration: Theme.motionLong
                    easing.type: Easing.InOutQuad
                    to: drawing.travel
                }
                PauseAnimation {
                    duration: Theme.hold
                }
            }
        }
    }
    Rectangle {
        id: slot

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        color: Theme.slot
        height: Theme.iconM
        radius: Theme.radiusM

        Rectangle {
            anchors.bottom: parent.bottom
            anchors.bottomMargin: Theme.spaceXs
            anchors.horizontalCenter: parent.horizontalCenter
            color: Theme.slotLight
            height: Theme.spaceXs
            radius: height / 2
            width: Theme.cardHeight * drawing.zoom * 1.15
        }
    }
}
