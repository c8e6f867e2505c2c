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

    signal forward
    signal backward

    spacing: Theme.gapTouch

    KButton {
        Layout.fillWidth: true
        Layout.preferredWidth: Theme.touchPrimary
        enabled: pager.page > 1
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
        wrapMode: Text.NoWrap
    }
    KButton {
        Layout.fillWidth: true
        Layout.preferredWidth: Theme.touchPrimary
        enabled: pager.page < pager.pages
        hint: Words.of("page.common.at-end")
        iconName: "down"
        kind: "secondary"
        objectName: pager.name + ".next"
        text: Words.of("page.common.next")
        onClicked: pager.forward()
    }
}
