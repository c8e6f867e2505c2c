pragma ComponentBehavior: Bound

import QtQuick
import Kiosk.Theme

// The contact plate of a card.
Rectangle {
    id: chip

    border.color: Theme.gold
    border.width: Theme.hair
    color: Theme.goldSoft
    radius: Theme.radiusS / 2

    Repeater {
        model: 2

        delegate: Rectangle {
            required property int index

            color: Theme.gold
            height: Theme.hair
            width: chip.width
            y: chip.height * (index + 1) / 3
        }
    }
    Rectangle {
        anchors.centerIn: parent
        border.color: Theme.gold
        border.width: Theme.hair
        color: Theme.goldSoft
        height: parent.height * 0.42
        radius: Theme.radiusS / 3
        width: parent.width * 0.36
    }
}
