import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// ▲ where we are ▼
RowLayout {
    id: pager

    property string name
    property int page: 1
    property int pages: 1
    property string words

    property bool canForward: page < pages
    property bool canBackward: page > 1

    signal forward
    signal backward

    spacing: Theme.gapTouch

    KButton {
        Layout.fillWidth: true
        Layout.preferredWidth: Theme.touchPrimary
        enabled: pager.canBackward
        hint: Words.of("page.common.at-start")
        iconName: "up"
        kind: "secondary"
        objectName: pager.name + ".previous"
        text: Words.of("page.common.previous")
        onClicked: pager.backward()
    }
    KText {
        Layout.preferredWidth: implicitWidth
        Layout.leftMargin: Theme.spaceS
        Layout.rightMargin: Theme.spaceS
        horizontalAlignment: Text.AlignHCenter
        text: pager.words
        visible: text !== ""
        wrapMode: Text.NoWrap
    }
    KButton {
        Layout.fillWidth: true
        Layout.preferredWidth: Theme.touchPrimary
        enabled: pager.canForward
        hint: Words.of("page.common.at-end")
        iconName: "down"
        kind: "secondary"
        objectName: pager.name + ".next"
        text: Words.of("page.common.next")
        onClicked: pager.forward()
    }
}
