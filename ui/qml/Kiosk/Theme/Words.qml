pragma Singleton

import QtQuick

// The labels of the pages in the language shown now: id -> sentence. A binding that calls `of` follows the language.
QtObject {
    property var sentences: ({})

    function of(id: string): string {
        const sentence = sentences[id];
        if (sentence === undefined)
            console.warn("no such text: " + id);
        return sentence ?? "";
    }
}
