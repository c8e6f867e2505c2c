import QtQuick
import QtQuick.Layouts
import Kiosk.Theme
import Kiosk.ViewModels

// Which terminal this is, where it stands, what time it is.
Rectangle {
    id: header

    required property FrameVm frame

    color: Theme.primary
    implicitHeight: Theme.headerHeight

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: Theme.margin
        anchors.rightMargin: Theme.margin
        spacing: Theme.spaceM

        KLogo {
            size: Theme.iconXm
        }
        ColumnLayout {
            spacing: 0

            KText {
                Layout.fillWidth: true
                color: Theme.pale
                em: Theme.headerTitle
                font.bold: true
                lineHeight: Theme.tightLineOf(em)
                text: Words.of("page.frame.product")
            }
            KText {
                Layout.fillWidth: true
                color: Theme.paleMuted
                em: Theme.caption
                lineHeight: Theme.tightLineOf(em)
                text: header.frame.terminal === "" ? header.frame.hall : header.frame.hall + " · " + header.frame.terminal
                visible: text !== ""
            }
        }
        KText {
            Accessible.name: text
            Accessible.role: Accessible.StaticText
            color: Theme.pale
            em: Theme.title
            font.bold: true
            objectName: "frame.clock"
            text: header.frame.clock
            wrapMode: Text.NoWrap
        }
    }
}
