import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// What happened, what it means, what to do now, and the code. Gone when there is no title.
Rectangle {
    id: box

    required property var notice
    readonly property color ink: Theme.toneInk(notice.tone ?? "")
    readonly property string code: notice.code ?? ""

    Accessible.name: title.text + " " + advice.text
    Accessible.role: Accessible.AlertMessage
    border.color: ink
    border.width: Theme.stroke
    color: Theme.toneSoft(notice.tone ?? "")
    implicitHeight: visible ? row.implicitHeight + 2 * Theme.spaceM : 0
    radius: Theme.radiusM
    visible: title.text !== ""

    RowLayout {
        id: row

        anchors.left: parent.left
        anchors.margins: Theme.spaceM
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.spaceM

        KIcon {
            Layout.alignment: Qt.AlignTop
            color: box.ink
            name: Theme.toneIcon(box.notice.tone ?? "")
            size: Theme.iconM
        }
        ColumnLayout {
            spacing: Theme.spaceXs

            KText {
                id: title

                Layout.fillWidth: true
                color: box.ink
                em: Theme.button
                font.bold: true
                text: box.notice.title ?? ""
            }
            KText {
                id: advice

                Layout.fillWidth: true
                color: Theme.ink
                text: box.notice.advice ?? ""
                visible: text !== ""
            }
            KText {
                Layout.fillWidth: true
                color: box.ink
                em: Theme.caption
                text: Words.of("page.common.code") + " " + box.code
                visible: box.code !== ""
            }
        }
    }
}
