import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// A column that may be longer than its place: it scrolls by finger and always by buttons too.
Item {
    id: scroll

    default property alias content: column.data
    property string name
    // where a column shorter than its place stands: 0 at the top, 0.5 in the middle
    property real lift: 0
    property alias spacing: column.spacing
    // false: the page turns it with buttons of its own
    property bool buttons: true
    readonly property bool overflows: column.implicitHeight > height
    readonly property bool atStart: flick.contentY <= 0
    readonly property bool atEnd: flick.contentY >= flick.contentHeight - flick.height - 1

    function turn(direction: int): void {
        const step = Math.max(flick.height - Theme.touchPrimary, Theme.touchPrimary);
        flick.contentY = Math.max(0, Math.min(flick.contentHeight - flick.height, flick.contentY + direction * step));
    }

    function toStart(): void {
        flick.contentY = 0;
    }

    Flickable {
        id: flick

        anchors.bottom: turns.visible ? turns.top : parent.bottom
        anchors.bottomMargin: turns.visible ? Theme.gapTouch : 0
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        boundsBehavior: Flickable.StopAtBounds
        clip: scroll.overflows
        contentHeight: column.implicitHeight
        flickableDirection: Flickable.VerticalFlick
        interactive: scroll.overflows
        objectName: "scroll.area"

        ColumnLayout {
            id: column

            width: flick.width
            y: scroll.overflows ? 0 : (flick.height - implicitHeight) * scroll.lift
        }
    }
    RowLayout {
        id: turns

        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        spacing: Theme.gapTouch
        visible: scroll.overflows && scroll.buttons

        KButton {
            Layout.fillWidth: true
            Layout.preferredWidth: Theme.touchPrimary
            enabled: !scroll.atStart
            hint: Words.of("page.common.at-start")
            iconName: "up"
            kind: "secondary"
            objectName: scroll.name + ".scroll-up"
            text: Words.of("page.common.previous")
            onClicked: scroll.turn(-1)
        }
        KButton {
            Layout.fillWidth: true
            Layout.preferredWidth: Theme.touchPrimary
            enabled: !scroll.atEnd
            hint: Words.of("page.common.at-end")
            iconName: "down"
            kind: "secondary"
            objectName: scroll.name + ".scroll-down"
            text: Words.of("page.common.next")
            onClicked: scroll.turn(1)
        }
    }
}
