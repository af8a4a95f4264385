// Placeholder until the first file of VarveNetwork lands.
