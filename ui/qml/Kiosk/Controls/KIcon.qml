import QtQuick
import Kiosk.Theme

// One of our drawings, in one colour.
Image {
    id: icon

    property string name
    property int size: Theme.iconM
    property color color: Theme.ink

    height: size
    source: name === "" ? "" : "image://drawings/" + name + "/" + color.toString().substring(1)
    sourceSize.height: size
    sourceSize.width: size
    width: size
}
