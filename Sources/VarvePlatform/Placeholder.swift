// Placeholder until the first file of VarvePlatform lands.
