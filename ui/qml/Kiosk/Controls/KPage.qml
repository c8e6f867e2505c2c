import QtQuick
import QtQuick.Layouts
import QtQuick.Window
import Kiosk.Theme

// The shape of a page: what to read above, what to press within reach, the primary button at the bottom centre.
Item {
    id: page

    property string heading
    property string lead
    property string name
    property var notice: ({})
    property real lift: 0
    // true: `work` starts where the reach begins; false: `info` takes all room down to the actions
    property bool split: true
    // whether `work` keeps to the reach; drawings need not
    property bool low: true
    property alias hero: heroArea.data
    default property alias work: workArea.data
    property alias info: infoColumn.data
    property alias scroll: infoScroll
    property alias actions: actionColumn.data
    readonly property real reachY: Window.height * Theme.reach - Theme.headerHeight
    readonly property real actionTop: actionColumn.y - (actionColumn.implicitHeight > 0 ? Theme.spaceM : 0)
    // a keypad stands at the bottom of the reach, whatever is above it
    readonly property real padHeight: Math.min(actionTop - reachY, Theme.keypadMost)
    readonly property real headBottom: head.y + head.implicitHeight + Theme.spaceM

    ColumnLayout {
        id: head

        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        anchors.top: parent.top
        anchors.topMargin: Theme.spaceL
        spacing: Theme.spaceS

        KText {
            Accessible.name: text
            Accessible.role: Accessible.Heading
            Layout.fillWidth: true
            em: Theme.title
            font.bold: true
            text: page.heading
            visible: text !== ""
        }
        KText {
            Layout.fillWidth: true
            color: Theme.muted
            text: page.lead
            visible: text !== ""
        }
        KNotice {
            Layout.fillWidth: true
            Layout.topMargin: Theme.spaceS
            notice: page.notice
        }
    }
    // a drawing in the room that is left above the reach
    Item {
        id: heroArea

        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        height: Math.max(0, workArea.y - y - Theme.spaceM)
        visible: page.split && page.low && children.length > 0 && height >= children[0].height
        y: page.headBottom

        onChildrenChanged: {
            if (children.length > 0)
                children[0].anchors.centerIn = heroArea;
        }
    }
    KScroll {
        id: infoScroll

        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        height: page.actionTop - y
        lift: page.lift
        name: page.name
        visible: !page.split
        y: page.headBottom

        ColumnLayout {
            id: infoColumn

            Layout.fillWidth: true
            spacing: Theme.spaceM
        }
    }
    Item {
        id: workArea

        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        height: page.actionTop - y
        visible: page.split
        y: page.low ? Math.max(page.reachY, page.headBottom) : page.headBottom
    }
    ColumnLayout {
        id: actionColumn

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.spaceM
        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        spacing: Theme.gapTouch + Theme.spaceXs
    }
}
