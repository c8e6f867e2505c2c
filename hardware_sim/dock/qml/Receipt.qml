// The newest receipt as it lies in the hand, and how much paper came out.
import QtQuick

Rectangle {
    id: sheet
    required property url picture
    required property int printed
    required property int pages

    radius: 12
    color: Ink.paper
    border.color: Ink.line
    clip: true

    Text {
        id: title
        anchors { left: parent.left; top: parent.top; margins: 12 }
        text: "最近的凭条"
        font: Qt.font({ family: Ink.family, pixelSize: 18, bold: true })
        color: Ink.text
    }
    Text {
        anchors { left: title.right; leftMargin: 8; baseline: title.baseline }
        text: "Newest receipt"
        font: Qt.font({ family: Ink.family, pixelSize: 13 })
        color: Ink.muted
    }
    Text {
        id: count
        anchors { left: parent.left; top: title.bottom; leftMargin: 12; topMargin: 2 }
        text: "凭条 " + sheet.printed + " receipts · A4 文件 " + sheet.pages + " papers"
        font: Qt.font({ family: Ink.family, pixelSize: 13 })
        color: Ink.muted
    }
    Text {
        anchors.centerIn: parent
        visible: sheet.picture.toString() === ""
        horizontalAlignment: Text.AlignHCenter
        text: "尚未打印\nNothing printed yet"
        font: Qt.font({ family: Ink.family, pixelSize: 15 })
        color: Ink.muted
    }
    Flickable {
        anchors { left: parent.left; right: parent.right; top: count.bottom; bottom: parent.bottom; margins: 12 }
        contentHeight: paper.height
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        Image {
            id: paper
            width: parent.width
            height: implicitWidth > 0 ? implicitHeight * width / implicitWidth : 0
            source: sheet.picture
            cache: false
            smooth: true
            mipmap: true
        }
    }
}
