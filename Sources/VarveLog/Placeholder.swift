// Placeholder until the first file of VarveLog lands.
