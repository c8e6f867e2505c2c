import QtQuick
import QtQuick.Layouts
import Kiosk.Theme
import Kiosk.ViewModels

// The persistent bar. Every place is kept, so that Exit and Back never move; what leads nowhere is not drawn.
Rectangle {
    id: bar

    required property FrameVm frame

    color: Theme.paper
    implicitHeight: Theme.barHeight

    Rectangle {
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        color: Theme.line
        height: Theme.hair
    }
    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.margin
        anchors.rightMargin: Theme.margin
        spacing: Theme.gapTouch
        uniformCellSizes: true

        Item {
            Layout.fillWidth: true
            implicitHeight: exit.implicitHeight

            KBarButton {
                id: exit

                anchors.left: parent.left
                anchors.right: parent.right
                iconName: "exit"
                objectName: "bar.exit"
                text: Words.of("page.bar.exit")
                visible: bar.frame.canExit
                onClicked: bar.frame.leave()
            }
        }
        Item {
            Layout.fillWidth: true
            implicitHeight: back.implicitHeight

            KBarButton {
                id: back

                anchors.left: parent.left
                anchors.right: parent.right
                iconName: "back"
                objectName: "bar.back"
                text: Words.of("page.bar.back")
                visible: bar.frame.canBack
                onClicked: bar.frame.goBack()
            }
        }
        Item {
            Layout.fillWidth: true
            implicitHeight: help.implicitHeight

            Column {
                id: help

                anchors.horizontalCenter: parent.horizontalCenter

                KIcon {
                    anchors.horizontalCenter: parent.horizontalCenter
                    color: Theme.muted
                    name: "phone"
                    size: Theme.iconS
                }
                KText {
                    Accessible.name: Words.of("page.bar.help") + " " + text
                    Accessible.role: Accessible.StaticText
                    anchors.horizontalCenter: parent.horizontalCenter
                    color: Theme.muted
                    em: Theme.body
                    font.bold: true
                    lineHeight: Theme.tightLineOf(em)
                    objectName: "bar.phone"
                    text: Theme.phone
                    wrapMode: Text.NoWrap
                }
            }
        }
        KBarButton {
            Accessible.description: Words.of("page.bar.size-hint")
            Layout.fillWidth: true
            iconName: "text"
            objectName: "bar.size"
            text: Theme.elder ? Words.of("page.bar.standard") : Words.of("page.bar.large")
            onClicked: bar.frame.switchTextSize()
        }
        KBarButton {
            Layout.fillWidth: true
            iconName: "language"
            objectName: "bar.language"
            text: Words.of("page.bar.language")
            onClicked: bar.frame.switchLanguage()
        }
    }
}
