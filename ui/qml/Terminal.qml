import QtQuick
import QtQuick.Window
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// The whole window: header, the one page of the moment, persistent bar, status line.
FocusScope {
    id: terminal

    required property FrameVm frame
    readonly property string file: frame.pageFile
    readonly property bool bare: file === "" || file === "StandbyPage.qml"

    focus: true

    onFileChanged: {
        if (file === "")
            page.source = "";
        else
            page.setSource("Kiosk/Pages/" + file, {
                "vm": frame.pageModel
            });
    }

    // the keypad's arrows walk the controls in reading order
    Keys.onDownPressed: walk(true)
    Keys.onLeftPressed: walk(false)
    Keys.onRightPressed: walk(true)
    Keys.onUpPressed: walk(false)

    function walk(forward: bool): void {
        const here = terminal.Window.activeFocusItem ?? terminal;
        const next = here.nextItemInFocusChain(forward);
        if (next)
            next.forceActiveFocus(forward ? Qt.TabFocusReason : Qt.BacktabFocusReason);
    }

    Rectangle {
        anchors.fill: parent
        color: Theme.ground
    }
    KHeader {
        id: header

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        frame: terminal.frame
        visible: !terminal.bare
    }
    Loader {
        id: page

        anchors.bottom: terminal.bare ? parent.bottom : bar.top
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: terminal.bare ? parent.top : header.bottom
        focus: true
        objectName: "page"
    }
    KBar {
        id: bar

        anchors.bottom: strip.top
        anchors.left: parent.left
        anchors.right: parent.right
        frame: terminal.frame
        visible: !terminal.bare
    }
    KStrip {
        id: strip

        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        frame: terminal.frame
        visible: !terminal.bare
    }
    // sees every press and lets it through
    Item {
        anchors.fill: parent
        objectName: "activity"
        z: 1

        PointHandler {
            onActiveChanged: if (active)
                terminal.frame.touch()
        }
    }
}
