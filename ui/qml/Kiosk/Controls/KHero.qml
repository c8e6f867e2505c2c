import QtQuick
import Kiosk.Theme

// A drawing on two soft discs, in the quiet room above the reach.
Item {
    id: hero

    default property alias drawing: holder.data
    property int size: Theme.heroSize

    height: size
    width: size

    Rectangle {
        anchors.fill: parent
        color: Theme.primarySoft
        opacity: 0.6
        radius: width / 2
    }
    Rectangle {
        anchors.centerIn: parent
        color: Theme.primarySoft
        height: width
        radius: width / 2
        width: parent.width * 0.72
    }
    Item {
        id: holder

        anchors.centerIn: parent
        height: childrenRect.height
        width: childrenRect.width
    }
}
