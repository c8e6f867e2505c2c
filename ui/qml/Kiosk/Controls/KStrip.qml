import QtQuick
import Kiosk.Theme
import Kiosk.ViewModels

// The quiet line at the foot: network, age of the data, what waits to be sent.
Rectangle {
    id: strip

    required property FrameVm frame

    color: Theme.paper
    // always as high as it can get, so that the bar above it never moves
    implicitHeight: Theme.stripLines * (Theme.lineOf(Theme.caption) + Theme.spaceS)

    Flow {
        id: flow

        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        anchors.top: parent.top
        spacing: Theme.spaceS

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
    }
}
