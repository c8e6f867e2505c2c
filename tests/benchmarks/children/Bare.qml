import QtQuick

// As little as a window can hold: a ground and two lines.
Rectangle {
    color: "white"

    Text {
        anchors.centerIn: parent
        text: "请插入社会保障卡"
        font.pixelSize: 64
    }
    Text {
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        text: "12333"
        font.pixelSize: 32
    }
}
