import QtQuick

// The other bare page.
Rectangle {
    color: "#eeeeee"

    Text {
        anchors.centerIn: parent
        text: "请输入密码"
        font.pixelSize: 64
    }
    Text {
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        text: "60"
        font.pixelSize: 32
    }
}
