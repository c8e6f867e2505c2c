import QtQuick
import Kiosk.Theme

// A white sheet on the ground.
Rectangle {
    border.color: Theme.line
    border.width: Theme.hair
    color: Theme.paper
    radius: Theme.radiusL
}
