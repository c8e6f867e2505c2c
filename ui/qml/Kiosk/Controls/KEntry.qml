import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// A figure as it is typed, and its unit.
RowLayout {
    id: entry

    required property string typed
    required property string unit

    spacing: Theme.spaceM

    Rectangle {
        border.color: Theme.primary
        border.width: Theme.stroke
        color: Theme.paper
        implicitHeight: Theme.digitHeight
        implicitWidth: Math.max(Theme.cardWidth, figure.implicitWidth + 2 * Theme.spaceM)
        radius: Theme.radiusM

        KText {
            id: figure

            anchors.centerIn: parent
            em: Theme.figure
            font.bold: true
            text: entry.typed
            wrapMode: Text.NoWrap
        }
    }
    KText {
        em: Theme.button
        text: entry.unit
        visible: text !== ""
        wrapMode: Text.NoWrap
    }
}
