// Entity tags and If-None-Match (RFC 9110, sections 8.8.3 and 13.1.2).

import VarveBytes

/// Comparison of entity tags.
package enum EntityTag {
    /// Whether `tag`, a quoted entity tag with or without `W/`, matches a value of If-None-Match:
    /// it is `*`, or lists the tag, weak and strong being the same. A malformed value matches
    /// nothing from its first fault on.
    package static func matches(
        _ tag: UnsafeRawBufferPointer, ifNoneMatch value: UnsafeRawBufferPointer
    ) -> Bool {
        if value.equals("*") { return true }
        let wanted = opaque(tag)
        var rest = value
        while let listed = next(&rest) {
            if listed.equals(wanted) { return true }
        }
        return false
    }

    /// The tag without its `W/`.
    private static func opaque(_ tag: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        tag.count >= 2 && tag[0] == 0x57 && tag[1] == 0x2F
            ? UnsafeRawBufferPointer(rebasing: tag[2...]) : tag
    }

    /// Takes one tag, with its quotes and without its `W/`, off a list; nil at its end or a fault.
    private static func next(_ rest: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var start = 0
        while start < rest.count, FieldText.isSpace(rest[start]) || rest[start] == 0x2C {
            start += 1
        }
        let tag = opaque(UnsafeRawBufferPointer(rebasing: rest[start...]))
        guard tag.count >= 2, tag[0] == 0x22,
            let close = UnsafeRawBufferPointer(rebasing: tag[1...]).firstIndex(ofByte: 0x22)
        else { return nil }
        rest = UnsafeRawBufferPointer(rebasing: tag[(close + 2)...])
        return UnsafeRawBufferPointer(rebasing: tag[..<(close + 2)])
    }
}

extension RequestView {
    /// Whether any If-None-Match line of the request matches `tag`.
    package func ifNoneMatch(_ tag: UnsafeRawBufferPointer) -> Bool {
        guard let first = header(.ifNoneMatch) else { return false }
        guard isRepeated(.ifNoneMatch) else { return EntityTag.matches(tag, ifNoneMatch: first) }
        for field in fields
        where field.name.equalsIgnoringCase("if-none-match")
            && EntityTag.matches(tag, ifNoneMatch: field.value)
        {
            return true
        }
        return false
    }
}
