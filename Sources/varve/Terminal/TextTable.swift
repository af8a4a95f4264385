/// Columns of text, each as wide as its widest entry.
enum TextTable {
    /// The rows as lines; numbers of `rightColumns` are set to the right.
    static func lines(_ rows: [[String]], rightColumns: Set<Int> = []) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, text) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], text.count)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                if rightColumns.contains(column) { return space + text }
                return column == row.count - 1 ? text : text + space
            }
            return cells.joined(separator: "  ")
        }
    }
}
