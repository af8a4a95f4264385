/// What caches between the server and its readers may do with catch-up reads.
package enum CachePolicy: String, Sendable, CaseIterable {
    /// Anybody's cache may keep them for a minute.
    case `public`
    /// Only the reader's own cache may keep them.
    case `private`
    /// No cache may keep them.
    case noStore = "no-store"

    /// The value of `Cache-Control`.
    var header: StaticString {
        switch self {
        case .public: "public, max-age=60, stale-while-revalidate=300"
        case .private: "private, max-age=60, stale-while-revalidate=300"
        case .noStore: "no-store"
        }
    }
}
