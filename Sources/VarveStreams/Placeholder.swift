// Placeholder until the first file of VarveStreams lands.
