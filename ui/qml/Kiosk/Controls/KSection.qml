import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// A part of a longer page under its own small heading.
ColumnLayout {
    id: section

    required property string heading
    default property alias parts: body.data

    spacing: Theme.spaceS

    KText {
        Accessible.name: text
        Accessible.role: Accessible.Heading
        Layout.fillWidth: true
        em: Theme.heading
        font.bold: true
        text: section.heading
    }
    ColumnLayout {
        id: body

        Layout.fillWidth: true
        spacing: 0
    }
}
