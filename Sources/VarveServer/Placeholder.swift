// Placeholder until the first file of VarveServer lands.
