import QtQuick
import Kiosk.Theme
import Kiosk.ViewModels

// The quiet line at the foot: network, age of the data, what waits to be sent, which terminal.
Rectangle {
    id: strip

    required property FrameVm frame

    color: Theme.paper
    implicitHeight: flow.implicitHeight + Theme.spaceS

    Flow {
        id: flow

        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        anchors.top: parent.top
        spacing: Theme.spaceM

        KStripItem {
            iconName: strip.frame.online ? "network" : "offline"
            ink: strip.frame.online ? Theme.ok : Theme.warning
            words: strip.frame.networkText
        }
        KStripItem {
            iconName: "clock"
            words: strip.frame.dataText
        }
        KStripItem {
            iconName: "upload"
            words: strip.frame.pendingText
        }
        KStripItem {
            iconName: "home"
            words: strip.frame.terminal
        }
    }
}
