// One device: its name, how it is, the cards it can be given, its keys, a text for it, and what can happen to it.
pragma ComponentBehavior: Bound
import QtQuick

Rectangle {
    id: panel
    required property var device
    required property var condition
    required property var personas
    signal said(string text)

    // what lies in the reader is exchanged, an empty one is filled
    function give(key) {
        if (device.gives === "card")
            return (condition.inside ? "swap card " : "insert card ") + key;
        return (condition.inside ? "swap id " : "place id ") + key;
    }

    height: content.height + 24
    radius: 12
    color: Ink.paper
    border.color: Ink.line

    Column {
        id: content
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: 12 }
        spacing: 10

        Item {
            width: parent.width
            height: 26
            Text {
                id: name
                anchors { left: parent.left; verticalCenter: parent.verticalCenter }
                text: panel.device.zh
                font: Qt.font({ family: Ink.family, pixelSize: 18, bold: true })
                color: Ink.text
            }
            Text {
                id: latin
                anchors { left: name.right; leftMargin: 8; baseline: name.baseline }
                text: panel.device.en
                font: Qt.font({ family: Ink.family, pixelSize: 13 })
                color: Ink.muted
            }
            Text {
                anchors { right: parent.right; left: latin.right; leftMargin: 16; verticalCenter: parent.verticalCenter }
                horizontalAlignment: Text.AlignRight
                elide: Text.ElideRight
                text: "● " + (panel.condition.zh || "") + "  " + (panel.condition.en || "")
                font: Qt.font({ family: Ink.family, pixelSize: 14 })
                color: Ink.mood(panel.condition.mood)
            }
        }

        Flow {
            width: parent.width
            spacing: 8
            visible: panel.device.gives !== ""
            Repeater {
                model: panel.device.gives ? panel.personas : []
                SayButton {
                    required property var modelData
                    zh: (panel.device.gives === "card" ? "社保卡 · " : "身份证 · ") + modelData.zh
                    en: modelData.key
                    say: panel.give(modelData.key)
                    chosen: panel.condition.inside === modelData.key
                    onSaid: text => panel.said(text)
                }
            }
        }

        Flow {
            width: parent.width
            spacing: 6
            visible: panel.device.keys.length > 0
            Repeater {
                model: panel.device.keys
                KeyButton {
                    required property var modelData
                    digit: modelData.zh
                    say: modelData.say
                    onSaid: text => panel.said(text)
                }
            }
        }

        SayField {
            width: parent.width
            visible: panel.device.asks !== ""
            phrase: panel.device.asks
            onSaid: text => panel.said(text)
        }

        Flow {
            width: parent.width
            spacing: 8
            Repeater {
                model: panel.device.buttons
                SayButton {
                    required property var modelData
                    zh: modelData.zh
                    en: modelData.en
                    say: modelData.say
                    calm: modelData.calm
                    onSaid: text => panel.said(text)
                }
            }
        }
    }
}
