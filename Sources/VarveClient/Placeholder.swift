// Placeholder until the first file of VarveClient lands.
