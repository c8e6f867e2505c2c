pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// Digits, erase and, where asked for, clear. It says which key, and keeps nothing.
GridLayout {
    id: pad

    property string name
    property bool echo: true
    property bool clearable: true
    property bool pointed: false

    signal typed(int digit)
    signal erased
    signal cleared
    signal point

    columnSpacing: Theme.gapTouch
    columns: 3
    rowSpacing: Theme.gapTouch

    Repeater {
        model: [1, 2, 3, 4, 5, 6, 7, 8, 9]

        delegate: KPadKey {
            required property int modelData

            Layout.fillHeight: true
            Layout.fillWidth: true
            echo: pad.echo
            objectName: pad.name + ".key." + modelData
            text: modelData
            onClicked: pad.typed(modelData)
        }
    }
    KPadKey {
        Layout.fillHeight: true
        Layout.fillWidth: true
        echo: pad.echo
        objectName: pad.name + ".clear"
        text: Words.of("page.common.clear")
        visible: pad.clearable
        onClicked: pad.cleared()
    }
    KPadKey {
        Layout.fillHeight: true
        Layout.fillWidth: true
        echo: pad.echo
        objectName: pad.name + ".point"
        text: Words.of("page.common.point")
        visible: !pad.clearable && pad.pointed
        onClicked: pad.point()
    }
    Item {
        Layout.fillHeight: true
        Layout.fillWidth: true
        visible: !pad.clearable && !pad.pointed
    }
    KPadKey {
        Layout.fillHeight: true
        Layout.fillWidth: true
        echo: pad.echo
        objectName: pad.name + ".key.0"
        text: "0"
        onClicked: pad.typed(0)
    }
    KPadKey {
        Layout.fillHeight: true
        Layout.fillWidth: true
        echo: pad.echo
        iconName: "erase"
        objectName: pad.name + ".erase"
        text: Words.of("page.common.erase")
        onClicked: pad.erased()
    }
}
