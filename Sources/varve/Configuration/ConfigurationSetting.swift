/// One key of a configuration file with its values and its place.
struct ConfigurationSetting: Equatable {
    /// The key: the name of an option without its dashes.
    let key: String
    /// The values as text; more than one only from an array.
    let values: [String]
    /// The line of the key, from 1.
    let line: Int
}
