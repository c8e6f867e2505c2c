import QtQuick
import QtQuick.Shapes
import Kiosk.Theme

// One of our drawings, in one stroke width.
Shape {
    id: icon

    property string name
    property int size: Theme.iconM
    property color color: Theme.ink
    readonly property real unit: size / 24

    implicitHeight: size
    implicitWidth: size

    ShapePath {
        capStyle: ShapePath.RoundCap
        fillColor: "transparent"
        joinStyle: ShapePath.RoundJoin
        scale: Qt.size(icon.unit, icon.unit)
        strokeColor: icon.color
        strokeWidth: icon.unit * 1.8

        PathSvg {
            path: Icons.of(icon.name)
        }
    }
}
