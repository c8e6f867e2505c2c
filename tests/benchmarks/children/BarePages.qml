import QtQuick

// A window that changes its page: nothing but a ground and a Loader.
Rectangle {
    id: root

    property url page

    color: "white"

    Loader {
        anchors.fill: parent
        source: root.page
    }
}
