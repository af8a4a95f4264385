// Placeholder until the first file of VarveHTTP lands.
