import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// How far something is, as a bar and in words.
ColumnLayout {
    id: progress

    property real fraction: 0
    property string words

    spacing: Theme.spaceS

    Rectangle {
        id: track

        Layout.fillWidth: true
        color: Theme.primarySoft
        implicitHeight: Theme.spaceM
        radius: height / 2

        Rectangle {
            color: Theme.primary
            height: parent.height
            radius: height / 2
            width: Math.max(height, parent.width * progress.fraction)
        }
    }
    KText {
        Layout.fillWidth: true
        color: Theme.muted
        horizontalAlignment: Text.AlignHCenter
        text: progress.words
    }
}
