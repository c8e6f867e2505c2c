import QtQuick
import Kiosk.Theme

// A drawing on a soft square or disc.
Rectangle {
    id: badge

    property string name
    property int size: Theme.iconL
    property color ink: Theme.primary
    property color soft: Theme.primarySoft
    property bool disc: false

    color: soft
    implicitHeight: size
    implicitWidth: size
    radius: disc ? size / 2 : Theme.radiusM

    KIcon {
        anchors.centerIn: parent
        color: badge.ink
        name: badge.name
        size: Math.round(badge.size * 0.62)
    }
}
